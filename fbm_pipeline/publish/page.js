(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("players").textContent);
  var input = document.getElementById("find"), list = document.getElementById("found");
  var card = document.getElementById("card"), active = -1, shown = [];

  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }
  var index = data.players.map(function (p) { return plain(p[2] + " " + p[3]); });
  var byKey = {};
  data.players.forEach(function (p, i) { byKey[p[0] + "-" + p[1]] = i; });

  function el(tag, className, text) {
    var node = document.createElement(tag);
    if (className) { node.className = className; }
    if (text !== undefined) { node.textContent = text; }
    return node;
  }
  function print(value, style) {
    if (value === null) { return "–"; }
    if (style === "percent") { return (100 * value).toFixed(1) + "%"; }
    if (style === "points") { return value.toFixed(3).replace(/^(-?)0\./, "$1."); }
    return value.toFixed(2);
  }

  function search() {
    var words = plain(input.value).split(/\s+/).filter(Boolean), found = [];
    if (words.length) {
      index.forEach(function (text, i) {
        if (words.every(function (w) { return text.indexOf(w) >= 0; })) { found.push(i); }
      });
    }
    found.sort(function (a, b) { return data.players[b][7] - data.players[a][7]; });
    shown = found.slice(0, 12); active = -1;
    list.replaceChildren.apply(list, shown.map(function (i, k) {
      var p = data.players[i], item = el("li");
      item.id = "found-" + k; item.setAttribute("role", "option"); item.setAttribute("aria-selected", "false");
      item.append(el("span", "", p[2]), el("span", "team", p[3] + " · " + p[0]));
      item.addEventListener("mousedown", function (event) { event.preventDefault(); choose(k); });
      return item;
    }));
    if (words.length && !shown.length) { list.append(el("li", "none", "No projected player matches.")); }
    open(words.length > 0);
  }
  function open(yes) { list.hidden = !yes; input.setAttribute("aria-expanded", String(yes)); }
  function mark(k) {
    Array.prototype.forEach.call(list.children, function (node, i) {
      node.setAttribute("aria-selected", String(i === k));
    });
    active = k;
    if (k >= 0) { input.setAttribute("aria-activedescendant", "found-" + k); }
    else { input.removeAttribute("aria-activedescendant"); }
  }
  function choose(k) {
    var p = data.players[shown[k]];
    input.value = p[2]; open(false); location.hash = p[0] + "-" + p[1];
  }
  input.addEventListener("input", search);
  input.addEventListener("focus", function () { input.select(); });
  input.addEventListener("blur", function () { open(false); });
  input.addEventListener("keydown", function (event) {
    if (event.key === "ArrowDown" && shown.length) { event.preventDefault(); mark((active + 1) % shown.length); }
    else if (event.key === "ArrowUp" && shown.length) {
      event.preventDefault(); mark((active + shown.length - 1) % shown.length);
    }
    else if (event.key === "Enter" && shown.length) { event.preventDefault(); choose(Math.max(active, 0)); }
    else if (event.key === "Escape") { open(false); }
  });

  function facts(p) {
    function between(ends) { return ends[0] === null ? "" : " (" + ends[0] + " to " + ends[1] + ")"; }
    var rows = [[data.opportunities[p[0]] + " projected", p[7] + between(p[10])]];
    if (p[8] !== null) { rows.push(["Innings", p[8] + between(p[11])]); }
    if (p[12] !== null) { rows.push(["Expected role", p[12]]); }
    if (p[13] !== null) { rows.push(["Chance that his role changes", Math.round(100 * p[13]) + "%"]); }
    if (p[4] !== null) { rows.push(["Age", p[4].toFixed(1)]); }
    if (p[5] !== null) { rows.push(["Archetype", String(p[5])]); }
    rows.push(["History", p[6]]);
    if (p[15] !== null) { rows.push(["Club", p[3] + ", " + p[15]]); }
    var box = el("dl", "facts");
    rows.forEach(function (row) {
      var pair = el("div"); pair.append(el("dt", "", row[0]), el("dd", "", row[1])); box.append(pair);
    });
    return box;
  }
  function table(caption, heads, rows) {
    var box = el("table", "sources"), head = el("thead"), body = el("tbody"), top = el("tr");
    box.append(el("caption", "", caption));
    heads.forEach(function (text) { var cell = el("th", "", text); cell.scope = "col"; top.append(cell); });
    head.append(top); box.append(head);
    rows.forEach(function (cells) {
      var row = el("tr");
      cells.forEach(function (text, k) { row.append(el(k ? "td" : "th", "", text)); });
      body.append(row);
    });
    box.append(body); return box;
  }
  function sources(p) {
    var s = p[14], box = el("div", "where"), many = data.opportunities[p[0]], fresh = p[6] === "minors";
    function count(x) { return x === null ? "–" : String(x); }
    box.append(el("h4", "", "Where his numbers come from"));
    box.append(el("p", "note", (fresh
      ? "He has not played in the majors: the mean of newcomers of his age, and his lines in the minors, translated."
      : "Few " + many + " in the majors: Marcel, and his lines in the minors, translated.") +
      " Each part counts by the opportunities behind it, in brackets."));
    box.append(table("Rates by source", ["", fresh ? "Newcomers' mean" : "Majors", "Minors, translated", "Together"],
      s.rates.map(function (r) {
        return [r[0], print(r[1], "percent") + " (" + r[2] + ")",
          print(r[3], "percent") + " (" + r[4] + ")", print(r[5], "percent")];
      })));
    box.append(table("His lines in the minors", ["Season", "Level", "Club", many, "SO", "BB", "HR", "H"],
      s.lines.map(function (r) {
        return [String(r[0]), r[1], r[2], count(r[3]), count(r[4]), count(r[5]),
          (r[7] ? "≈" : "") + count(r[6]), count(r[8]) + (r[8] !== null && r[9] !== r[3] ? " in " + r[9] : "")];
      })));
    return box;
  }
  function statistic(p, stat, s) {
    var many = data.systems.length, row = el("div", "stat"), head = el("div", "stat-name");
    head.append(el("strong", "", stat.label), el("span", "", stat.title)); row.append(head);
    var chart = el("div", "chart"), span = Math.max(stat.high - stat.low, 1e-9);
    function at(value) { return Math.min(100, Math.max(0, 100 * (value - stat.low) / span)); }
    data.systems.forEach(function (system, k) {
      var v = p[9].slice((s * many + k) * 3, (s * many + k) * 3 + 3).map(function (x) {
        return x === null ? null : x / data.scale;
      });
      if (v[0] === null) { return; }
      var line = el("div", "line " + system.key), track = el("span", "track");
      var text = print(v[0], stat.style) + " (" + print(v[1], stat.style) + " to " + print(v[2], stat.style) + ")";
      track.setAttribute("role", "img"); track.setAttribute("aria-label", system.label + " " + stat.label + " " + text);
      track.title = system.label + ": " + text;
      var average = el("em"); average.style.left = at(stat.average) + "%"; track.append(average);
      var bar = el("i"), dot = el("b");
      bar.style.left = at(v[1]) + "%"; bar.style.width = (at(v[2]) - at(v[1])) + "%"; dot.style.left = at(v[0]) + "%";
      track.append(bar, dot);
      line.append(track, el("span", "value", print(v[0], stat.style)),
        el("span", "spread", print(v[1], stat.style) + "–" + print(v[2], stat.style)));
      chart.append(line);
    });
    row.append(chart); return row;
  }
  function draw(i) {
    var p = data.players[i], head = el("header"), name = el("h3", "", p[2]);
    head.append(name, el("p", "team", (p[3] ? p[3] + " · " : "") + p[0]));
    var legend = el("p", "legend");
    data.systems.forEach(function (system) {
      var item = el("span", system.key); item.append(el("i"), document.createTextNode(system.label));
      legend.append(item);
    });
    var tick = el("span", "tick"); tick.append(el("i"), document.createTextNode("average of all projected"));
    legend.append(tick);
    var grid = el("div", "stats");
    data.stats[p[0]].forEach(function (stat, s) { grid.append(statistic(p, stat, s)); });
    card.replaceChildren(head, facts(p), legend, grid); card.hidden = false;
    if (p[14]) { card.append(sources(p)); }
  }
  function follow(scroll) {
    var i = byKey[location.hash.slice(1)];
    if (i === undefined) { return; }
    draw(i);
    if (scroll) { card.scrollIntoView({ block: "start" }); }
  }
  window.addEventListener("hashchange", function () { follow(true); });
  if (byKey[location.hash.slice(1)] !== undefined) { follow(true); }
  else if (data.players.length) {
    var first = document.querySelector(".board a"), key = first ? first.getAttribute("href").slice(1) : "";
    draw(byKey[key] === undefined ? 0 : byKey[key]);
  }
})();
