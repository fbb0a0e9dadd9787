/* The guided story at /demo: every code of a tour, on any second screen. */
import { mount } from 'svelte';
import '../parts/floor.css';
import { languageOf } from '../texts/texts';
import Demo from './Demo.svelte';
import './demo.css';
import { loadSay } from './texts/texts';

const language = languageOf(navigator.languages);
document.documentElement.lang = language;
const say = await loadSay(language);
document.title = say('title');
mount(Demo, { target: document.getElementById('app')!, props: { first: say } });
