"""The focused element must be visible: nothing covers it or its focus ring, and it is within the window.

A link may be broken over lines with other words between its parts, so each line is checked by itself. Of an element
that is larger than the window, such as a long piece of code, a part must be visible.
"""

from typing import Final

_HIDDEN: Final = """(stop) => {
  const style = getComputedStyle(stop);
  const ring = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
  const button = document.getElementById("leave");
  const bars = stop === button ? [] : [button.parentElement, button].map((bar) => bar.getBoundingClientRect());
  const [width, height] = [document.documentElement.clientWidth, document.documentElement.clientHeight];
  const whole = stop.getBoundingClientRect();
  const found = new Set();
  let seen = 0;
  for (const line of stop.getClientRects()) {
    const [left, top, right, bottom] = [line.left - ring, line.top - ring, line.right + ring, line.bottom + ring];
    if (left < 0 || top < 0 || right > width || bottom > height) found.add("out of the window");
    for (const bar of bars) {
      if (bar.height > 0 && left < bar.right && right > bar.left && top < bar.bottom && bottom > bar.top) {
        found.add("under the button that stays in view");
      }
    }
    for (const across of [.05, .5, .95]) {
      for (const down of [.25, .5, .75]) {
        const over = document.elementFromPoint(line.left + across * line.width, line.top + down * line.height);
        if (over && (stop.contains(over) || over.contains(stop))) seen += 1;
        else if (over) found.add(`under ${over.outerHTML.slice(0, 60)}`);
      }
    }
  }
  const barred = Math.max(0, ...bars.map((bar) => bar.height));
  const fits = whole.width + 2 * ring <= width && whole.height + 4 * ring <= height - barred;
  return fits || !seen ? [...found] : [];
}"""

FOCUS: Final = f"""() => {{
  const focused = document.activeElement;
  const style = getComputedStyle(focused);
  return {{ name: focused.id || focused.textContent.trim().slice(0, 40), tag: focused.tagName,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    hidden: ({_HIDDEN})(focused) }};
}}"""
"""Returns the name and the tag of what has the focus, whether it has a ring, and what hides it."""

HIDDEN_STOPS: Final = f"""(frame) => {{
  const hidden = {_HIDDEN};
  const found = [];
  for (const stop of document.querySelectorAll("a[href], button, input:not([type=hidden]), summary, [tabindex='0']")) {{
    if (!frame && stop.closest("body > header, body > footer")) continue;
    for (const start of [-1, 0, .05, .2, .9, 1]) {{
      document.activeElement.blur();
      scrollBy(0, stop.getBoundingClientRect().top - start * innerHeight);
      stop.focus({{ focusVisible: true }});
      if (document.activeElement !== stop) continue;
      for (const what of hidden(stop)) found.push(`${{stop.outerHTML.slice(0, 80)}} is ${{what}}, begun at ${{start}}`);
    }}
  }}
  return found;
}}"""
"""Gives everything the focus, each time after scrolling it to a place in or outside the window; returns the hidden.

Header and footer are the same on every page: their stops are tried only if `frame` is true.
"""
