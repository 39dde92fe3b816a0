// @ts-check

/**
 * The page's element with this id, which has to be of this type.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} tipo
 */
export function elemento(id, tipo) {
  const encontrado = document.querySelector(`#${id}`);
  if (encontrado instanceof tipo) return encontrado;
  throw new TypeError(`the page has no ${tipo.name} with the id ${id}`);
}
