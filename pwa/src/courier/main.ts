/* The courier's page at /h/<token>: any phone, no account, a link that lives shortly. */
import { mount } from 'svelte';
import '../parts/floor.css';
import { languageOf } from '../texts/texts';
import Courier from './Courier.svelte';
import { CourierState } from './courier_state.svelte';
import { loadSay } from './texts/texts';

const language = languageOf(navigator.languages);
document.documentElement.lang = language;
const say = await loadSay(language);
document.title = `${say('title')} · Rampa`;
const token = decodeURIComponent(location.pathname.split('/')[2] ?? '');
mount(Courier, { target: document.getElementById('app')!, props: { courier: new CourierState(token, say) } });
