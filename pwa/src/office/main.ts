/* The office: order board, waves, handovers, printing, trouble. */
import { mount } from 'svelte';
import '../parts/floor.css';
import './office.css';
import Office from './Office.svelte';
import { OfficeState, startLanguage } from './office_state.svelte';
import { loadSay } from './texts/texts';

const language = startLanguage();
document.documentElement.lang = language;
const office = new OfficeState(await loadSay(language));
mount(Office, { target: document.getElementById('app')!, props: { office } });
void office.askWho();
