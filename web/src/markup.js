// SVG and HTML of the engine as nodes of the page. The author of a script chooses titles and names in them, so they pass a
// parser that runs nothing, and lists of elements and attributes.
// @ts-check

const SVG = 'http://www.w3.org/2000/svg';
const LISTED = {
  svg: {
    elements: /^(svg|g|path|rect|circle|line|text|tspan|title|desc)$/,
    attributes:
      /^(role|width|height|viewBox|d|[xyr]|[cr][xy]|[xy][12]|d[xy]|class|data-.*|font-.*|fill(-opacity)?|stroke(-.*)?|text-anchor|transform|opacity)$/,
  },
  html: {
    elements:
      /^(p|div|span|section|figure|figcaption|table|caption|colgroup|col|thead|tbody|tr|t[hd]|[uod]l|li|d[td]|strong|b|bdi|em|i|code|kbd|pre|br|su[bp]|h[1-6]|small)$/,
    attributes: /^(class|dir|scope|span|colspan|rowspan|lang|role|aria-.*|data-.*)$/,
  },
};

/**
 * Returns a copy of a node with the listed elements and attributes. The text of other elements is kept, except of those that a
 * browser never shows.
 * @param {Node} node
 * @returns {Node}
 */
function copied(node) {
  if (!(node instanceof Element)) return document.createTextNode(node.nodeType === Node.TEXT_NODE ? (node.nodeValue ?? '') : '');
  const { localName, namespaceURI } = node;
  if (/^(style|script|template|head)$/.test(localName)) return document.createDocumentFragment();
  const { elements, attributes } = namespaceURI === SVG ? LISTED.svg : LISTED.html;
  if (!elements.test(localName)) return within(document.createDocumentFragment(), node);
  const copy = document.createElementNS(namespaceURI, localName);
  for (const { name, value } of node.attributes) if (attributes.test(name)) copy.setAttribute(name, value);
  return within(copy, node);
}

/**
 * @template {ParentNode} T
 * @param {T} copy
 * @param {Node} node
 */
function within(copy, node) {
  copy.append(...Array.from(node.childNodes, copied));
  return copy;
}

/**
 * Returns a figure of the engine.
 * @param {string} text
 * @returns {Node} The element `svg`, or an empty fragment if the text is not SVG.
 */
export function svg(text) {
  const root = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  return root.localName === 'svg' ? copied(root) : document.createDocumentFragment();
}

/**
 * Returns the nodes of a passage of HTML, also with figures. Its style sheets, links, and pictures are left out.
 * @param {string} text
 */
export function html(text) {
  // The parser applies no styles, but it would report each of them as a violation of the page's policy.
  const plain = text.replace(/<style>[^]*?<\/style>/g, '').replace(/(<[a-z]+[^<>]*?) style="[^"]*"/g, '$1');
  return within(document.createDocumentFragment(), new DOMParser().parseFromString(plain, 'text/html').body);
}
