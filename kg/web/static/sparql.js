"use strict";
// The editor of /sparql: Yasgui, bound to this server. Without this file the plain form of the page does the same.

(() => {
  const plain = document.getElementById("sparql");
  const {prefixes, terms, said} = JSON.parse(plain.dataset.told);
  const {Autocompleters} = Yasqe;
  // Names come from the graph's own vocabulary; the editor's usual sources are on other machines.
  Autocompleters.prefixes.get = Object.entries(prefixes).map(([name, space]) => `${name}: <${space}>`);
  for (const kind of ["property", "class"]) Object.assign(Autocompleters[kind], {get: terms[kind], bulk: true, autoShow: true});
  for (const one of Object.values(Autocompleters)) one.persistenceId = undefined;
  const table = Yasr.plugins.table.defaults;
  table.openIriInNewWindow = false;
  Object.assign(table.tableConfig.language, {info: "_START_–_END_ / _TOTAL_", infoEmpty: "", infoFiltered: "", zeroRecords: "–", emptyTable: "–"});

  const {Tab} = Yasgui, usual = Tab.getDefaults;  // long cells are shown whole, as the first click on a cut one only unfolds it
  Tab.getDefaults = (of) => {
    const one = usual(of);
    one.yasr.settings.pluginsConfig = {table: {isEllipsed: false}};
    return one;
  };

  // The server knows the prefixes; the editor, and other servers, want the ones of a query declared.
  const declared = (text) => {
    const used = Object.entries(prefixes).filter(([name]) =>
      new RegExp(`(^|[^\\w:<])${name}:`).test(text) && !new RegExp(`prefix\\s+${name}:`, "i").test(text));
    return used.map(([name, space]) => `PREFIX ${name}: <${space}>\n`).join("") + text;
  };

  const place = document.createElement("div");
  plain.before(place);
  const editor = new Yasgui(place, {
    persistenceId: null,
    populateFromUrl: false,
    autofocus: false,
    tabName: said["Query"],
    endpointCatalogueOptions: {getData: () => []},
    requestConfig: {endpoint: location.origin + "/sparql", method: "POST"},
    yasqe: {value: declared(plain.querySelector("textarea").value), autocompleters: Object.keys(Autocompleters), prefixCcApi: null},
    yasr: {prefixes},
  });
  plain.querySelector("form").hidden = true;

  // The address is the whole state: a query that was run can be sent and kept.
  editor.on("query", (_, tab) => {
    const address = new URL(location);
    address.searchParams.set("query", tab.getQuery());
    if (address.href.length < 8000) history.replaceState(null, "", address);
  });
  editor.on("queryResponse", () => document.getElementById("answers")?.remove());
  const query = new URLSearchParams(location.search).get("query");
  if (query) editor.getTab().query().catch(() => {});

  // What the graph knows leads to its page here, and the editor speaks the language of the page.
  const polish = () => {
    for (const link of place.querySelectorAll("a.iri:not([data-led])")) {
      link.dataset.led = "";
      const [name, space] = Object.entries(prefixes).find(([, one]) => link.getAttribute("href").startsWith(one)) || [];
      if (!terms.led.includes(name)) continue;
      const local = link.getAttribute("href").slice(space.length);
      link.removeAttribute("target");
      link.href = name === "paper" || name === "author" ? `/${name}/${local}` : `/concept/${name}:${local}`;
    }
    const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    for (let one = texts.nextNode(); one; one = texts.nextNode()) {
      if (one.parentElement.closest(".CodeMirror, table")) continue;
      const text = one.data.trim().replace(/^(\d+) results? in ([\d.]+) seconds?$/, "$1 · $2 s");
      const own = said[text] || text;
      if (own !== one.data.trim()) one.data = own;
    }
    for (const name of ["title", "placeholder", "aria-label"]) {
      for (const one of place.querySelectorAll(`[${name}]`)) {
        const own = said[one.getAttribute(name)];
        if (own && own !== one.getAttribute(name)) one.setAttribute(name, own);
      }
    }
  };
  // Fields of the editor that it names nowhere, for readers of screens.
  const named = () => {
    for (const one of place.querySelectorAll("input:not([aria-label]), textarea:not([aria-label])")) {
      one.setAttribute("aria-label", one.placeholder || "SPARQL");
    }
  };
  new MutationObserver(named).observe(place, {childList: true, subtree: true});
  named();
  new MutationObserver(polish).observe(place, {childList: true, subtree: true, attributes: true, attributeFilter: ["title"]});
  polish();
})();
