// What is wrong with the page for people who read it with other means: a list of sentences.
() => {
  const faults = [];
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const visible = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: false });
  const name = (node) => `<${node.localName}${node.id ? ` id=${node.id}` : ""} class="${node.className}"> ${node.textContent.trim().slice(0, 30)}`;

  function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  function background(node) {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  }
  function luminance([r, g, b]) {
    const linear = [r, g, b].map((c) => (c / 255 <= .04045 ? c / 255 / 12.92 : ((c / 255 + .055) / 1.055) ** 2.4));
    return .2126 * linear[0] + .7152 * linear[1] + .0722 * linear[2];
  }
  function ratio(a, b) {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + .05) / (low + .05);
  }

  // text contrast, WCAG 1.4.3
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(node) || !visible(node) || node.closest(":disabled, option, noscript, .hidden")) continue;
    seen.add(node);
    const style = getComputedStyle(node);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const under = background(node);
    const found = ratio(over(rgba(style.color), under), under);
    if (found < (large ? 3 : 4.5)) faults.push(`contrast ${found.toFixed(2)}: ${name(node)}`);
  }

  // names, WCAG 4.1.2 and 1.3.1; borders of fields, 1.4.11; size of targets, 2.5.8
  for (const node of document.querySelectorAll("a[href], button, input, select, textarea, [role=tab], [tabindex='0'], summary")) {
    if (!visible(node)) continue;
    const said = node.getAttribute("aria-label") || [...node.labels ?? []].map((label) => label.textContent).join("").trim()
      || (node.getAttribute("aria-labelledby") ?? "") || node.textContent.trim();
    if (!said || (["SELECT", "TEXTAREA"].includes(node.tagName) && !node.labels.length)) faults.push(`no name: ${name(node)}`);
    const box = node.getBoundingClientRect();
    if (node.matches("button, select, [role=tab]") && (box.width < 24 || box.height < 24)) faults.push(`small target: ${name(node)}`);
    if (node.matches("textarea, select, input:not([type=radio], [type=file])")) {
      const edge = ratio(over(rgba(getComputedStyle(node).borderTopColor), background(node.parentElement)), background(node.parentElement));
      if (edge < 3) faults.push(`border ${edge.toFixed(2)}: ${name(node)}`);
    }
  }

  // references between elements, one id each, images, headings in order, language
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index))) faults.push(`id twice: ${id}`);
  for (const attribute of ["aria-controls", "aria-labelledby", "aria-describedby", "for"]) {
    for (const node of document.querySelectorAll(`[${attribute}]`)) {
      for (const id of node.getAttribute(attribute).split(/\s+/)) if (!document.getElementById(id)) faults.push(`${attribute} leads nowhere: ${name(node)}`);
    }
  }
  for (const node of document.querySelectorAll("img:not([alt]), svg[role=img]:not([aria-label])")) faults.push(`no text: ${name(node)}`);
  let level = 0;
  for (const node of document.querySelectorAll("h1, h2, h3, h4")) {
    if (!visible(node)) continue;
    const here = Number(node.localName[1]);
    if (here > level + 1) faults.push(`heading skips a level: ${name(node)}`);
    level = here;
  }
  if (!document.documentElement.lang) faults.push("no language");
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`wider than the screen: ${document.documentElement.scrollWidth}`);
  return faults;
}
