// @ts-check

// The server has another port than the page, and with it another origin.
const respuesta = await fetch('/config.json');
const { puerto } = await respuesta.json();

export const servidor = `${location.protocol}//${location.hostname}:${puerto}`;
