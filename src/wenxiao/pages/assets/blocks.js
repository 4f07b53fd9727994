/* 问效 · blocks of cells as they are copied between tables: rows by line, cells by tab, quoted where a cell holds either. */
window.Blocks = (function () {
  "use strict";
  const quoted = (text) => (/["\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  /* Cells of a copied block. A cell with a line break comes quoted, its quotes doubled: it stays one cell. */
  function parts(text) {
    const table = [[]];
    let cell = "";
    let inside = false;
    const close = () => {
      table.at(-1).push(cell);
      cell = "";
    };
    for (let at = 0; at < text.length; at += 1) {
      const sign = text[at];
      if (inside) {
        if (sign !== '"') cell += sign;
        else if (text[at + 1] === '"') {
          cell += '"';
          at += 1;
        } else inside = false;
      } else if (sign === '"' && cell === "") inside = true;
      else if (sign === "\t") close();
      else if (sign === "\n") {
        close();
        table.push([]);
      } else cell += sign;
    }
    close();
    if (table.length > 1 && table.at(-1).length === 1 && table.at(-1)[0] === "") table.pop();
    return table;
  }
  return { parts, joined: (table) => table.map((line) => line.map(quoted).join("\t")).join("\n") };
})();
