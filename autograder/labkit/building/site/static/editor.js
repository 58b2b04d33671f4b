// An editor for Python that works by keyboard alone: Tab indents, Escape and then Tab leaves.

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, RangeSetBuilder } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, ViewPlugin } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

// A line that is wider than the editor goes on under its own first word.
function hanging(view) {
  const found = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges)
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at), deep = Math.min(line.text.search(/\S|$/), 24) + 2;
      const style = `padding-left: calc(6px + ${deep}ch); text-indent: -${deep}ch`;
      found.add(line.from, line.from, Decoration.line({ attributes: { style } }));
      at = line.to + 1;
    }
  return found.finish();
}

class Hanging {
  constructor(view) {
    this.decorations = hanging(view);
  }

  update({ docChanged, viewportChanged, view }) {
    if (docChanged || viewportChanged) this.decorations = hanging(view);
  }
}

/** An editor in `place`: `set(text)`, `focus()`, `destroy()`, and `replace(text)`, as if typed. `changed(text)` hears what is typed. */
export function editor({ place, text, label, changed, run, numbers = false }) {
  let quiet = false;
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: text,
      extensions: [
        ...(numbers ? [lineNumbers()] : []),
        history(),
        drawSelection(),
        indentOnInput(),
        indentUnit.of("    "),
        bracketMatching(),
        python(),
        syntaxHighlighting(classHighlighter),
        EditorView.lineWrapping,
        ViewPlugin.fromClass(Hanging, { decorations: (one) => one.decorations }),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": "keys", spellcheck: "false" }),
        keymap.of([
          ...(run ? ["Mod-Enter", "Shift-Enter"].map((key) => ({ key, run: () => (run(), true) })) : []),
          ...defaultKeymap.filter(({ key }) => key !== "Mod-Enter"),
          ...historyKeymap,
          indentWithTab,
        ]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  const replace = (next) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
  return {
    replace,
    set(next) {
      if (next === view.state.doc.toString()) return;
      quiet = true;
      replace(next);
      quiet = false;
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
