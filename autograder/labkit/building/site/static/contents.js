// The headings as a list: one comes back to a long page in the middle, and sees what passes already.

import { element } from "./explore.js";

/** Fill `place`, a popover; gives what marks the questions by their points (name -> {passed}). */
export function contents(place) {
  const list = element("ol", {}), links = new Map();
  for (const [i, heading] of document.querySelectorAll(".text :is(h2, h3), .end h2").entries()) {
    heading.id ||= `at-${i}`;
    const link = element("a", { href: `#${heading.id}` });
    link.append(...[...heading.cloneNode(true).childNodes]);
    const item = element("li", { className: heading.localName });
    item.append(link);
    list.append(item);
    const question = heading.closest(".question")?.querySelector(".work").dataset.question;
    if (question && heading.textContent.includes(question)) links.set(question, item);
  }
  place.append(list);
  place.addEventListener("click", ({ target }) => target.closest("a") && place.hidePopover());
  return (points) => {
    for (const [question, item] of links) {
      item.querySelector(".tick")?.remove();
      if (!points[question]) continue;
      const [className, textContent] = points[question].passed ? ["tick", " ✓ passes"] : ["tick bad", " ✗ not yet"];
      item.append(element("span", { className, textContent }));
    }
  };
}
