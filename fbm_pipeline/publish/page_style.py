"""The page's style sheet: one column of sections, readable on a phone, light or dark as the reader's system is."""

STYLE = """
:root{color-scheme:light dark;--paper:#f7f5f0;--sheet:#fff;--ink:#17202b;--muted:#5a6675;--line:#e3ded3;--head:#10294a;
--head-ink:#f5f3ee;--link:#174f8f;--marcel:#6f7c8b;--control:#9a6b00;--contextual:#1b74c5;--ensemble:#c02633;--good:#1c7c45;--bad:#b3261e;
--track:#eceae3;--badge:#1d6b41;--badge-ink:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#0f141b;--sheet:#171e27;--ink:#e7ebf0;--muted:#9ba8b6;--line:#2a3440;
--head:#0a1a30;--head-ink:#f0f3f7;--link:#86baf3;--marcel:#9aa8b7;--control:#e0b04c;--contextual:#5cadf2;--ensemble:#ff7480;--good:#66c991;
--bad:#ff8a80;--track:#232d39}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline}
a:focus-visible,input:focus-visible,.scroll:focus-visible{outline:3px solid var(--contextual);outline-offset:2px;
border-radius:4px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--sheet);padding:.5rem 1rem;z-index:9}
.top{background:var(--head);color:var(--head-ink);border-bottom:4px solid var(--ensemble)}
.top>div,main,.foot>div{max-width:1240px;margin:0 auto;padding:0 1.25rem}
.top>div{padding-top:2.2rem;padding-bottom:1.6rem}
h1,h2{font-family:Georgia,"Times New Roman",serif;line-height:1.15;font-weight:600;letter-spacing:-.01em}
h1{font-size:clamp(1.9rem,5vw,3rem);margin:.55rem 0 .4rem}
h2{font-size:1.65rem;margin:0 0 .4rem}
h3{font-size:1.05rem;margin:1.6rem 0 .2rem}
.badge{display:inline-block;background:var(--badge);color:var(--badge-ink);font-size:.75rem;font-weight:700;letter-spacing:.09em;
padding:.25rem .7rem;border-radius:99px}
.badge.simulated{background:#ffc94d;color:#3a2800}
.lead{margin:0;max-width:72ch;opacity:.9}
.warn{margin:.8rem 0 0;font-weight:600;color:#ffd978}
nav{margin-top:1.1rem;display:flex;flex-wrap:wrap;gap:.35rem 1.3rem;font-size:.95rem}
nav a{color:inherit;border-bottom:1px solid rgba(255,255,255,.35)}
section{padding:2.4rem 0 .8rem}
section+section{border-top:1px solid var(--line)}
.note{color:var(--muted);font-size:.9rem;margin:.1rem 0 .9rem;max-width:92ch}
.team{color:var(--muted);font-size:.82em;font-weight:400;white-space:nowrap}
.num{text-align:right;white-space:nowrap}
.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}.flat{color:var(--muted)}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table{border-collapse:collapse;width:100%}
caption{text-align:left;font-weight:700;font-size:1.05rem;padding:0 0 .45rem}
caption small{font-weight:400;color:var(--muted);font-size:.82rem;margin-left:.35rem}
th{text-align:left;font-weight:500}
thead th{font-size:.78rem;color:var(--muted);font-weight:600;text-transform:uppercase;letter-spacing:.04em}
thead th.num{text-align:right}
.boards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,16.5rem),1fr));gap:1rem}
.board,.card,.scroll,figure{background:var(--sheet);border:1px solid var(--line);border-radius:12px}
.board{padding:.9rem .95rem .5rem;font-size:.89rem}
.board table{table-layout:fixed}
.board caption small{display:block;margin:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.board col.rank{width:1.4rem}.board col.value{width:3.6rem}.board col.bar{width:16%}
.board td,.board tbody th{padding:.3rem 0;border-top:1px solid var(--line)}
.board tbody th{padding-right:.5rem;line-height:1.25}
.board .rank{color:var(--muted);font-size:.82rem}
@media (min-width:641px){.board tbody .team{display:block}
.board tbody th{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}}
.board .num{font-weight:650;padding:.3rem .55rem .3rem 0}
.range,.track{position:relative;display:block;height:8px;background:var(--track);border-radius:4px}
.range i,.track i{position:absolute;top:0;bottom:0;border-radius:4px;background:var(--ensemble);opacity:.38}
.range b,.track b{position:absolute;top:-2px;width:4px;height:12px;margin-left:-2px;border-radius:2px;
background:var(--ensemble)}
.search{position:relative;max-width:30rem}
.search label{display:block;font-weight:600;margin-bottom:.3rem}
.search input{width:100%;font:inherit;padding:.7rem .9rem;border:1.5px solid var(--line);border-radius:10px;
background:var(--sheet);color:var(--ink)}
#found{position:absolute;z-index:5;left:0;right:0;margin:.3rem 0 0;padding:.3rem;list-style:none;
background:var(--sheet);border:1px solid var(--line);border-radius:10px;
box-shadow:0 10px 30px rgba(0,0,0,.18);max-height:24rem;overflow:auto}
#found li{display:flex;justify-content:space-between;gap:1rem;padding:.5rem .65rem;border-radius:7px;cursor:pointer}
#found li[aria-selected=true],#found li:hover{background:var(--track)}
#found .none{color:var(--muted);cursor:default}
.card{margin-top:1rem;padding:1.3rem 1.4rem 1.2rem;scroll-margin-top:1rem}
.card header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem .8rem}
.card h3{font:600 1.7rem/1.15 Georgia,"Times New Roman",serif;margin:0}
.card header .team{font-size:1rem;margin:0;text-transform:none}
.facts{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:.8rem 0 .6rem}
.facts dt{font-size:.76rem;color:var(--muted);text-transform:uppercase;letter-spacing:.04em}
.facts dd{margin:0;font-weight:650;font-size:1.1rem}
.legend,figcaption{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.85rem;color:var(--muted);
margin:.2rem 0 .9rem}
.legend i,figcaption i{display:inline-block;width:.75rem;height:.75rem;border-radius:3px;margin-right:.35rem;
vertical-align:-1px}
.legend .tick i{width:2px;border-radius:0;background:var(--ink);margin-left:.3rem;opacity:.55}
.legend .marcel i,.line.marcel i,.line.marcel b{background:var(--marcel)}
.line.control_full i,.line.control_full b,.legend .control_full i{background:var(--good)}
.where{margin-top:1.4rem}.where h4{margin:0 0 .3rem}
.sources{margin:.8rem 0;font-variant-numeric:tabular-nums}
.sources caption{text-align:left;font-weight:650;padding:.2rem 0}
.sources th,.sources td{padding:.25rem .6rem .25rem 0;text-align:right;border-bottom:1px solid var(--line)}
.sources th:first-child,.sources td:first-child{text-align:left}
.legend .control i,.line.control i,.line.control b{background:var(--control)}
.legend .contextual i,figcaption .contextual i,.line.contextual i,.line.contextual b{background:var(--contextual)}
.legend .ensemble i,figcaption .ensemble i,.line.ensemble i,.line.ensemble b{background:var(--ensemble)}
.stats{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,31rem),1fr));gap:.2rem 2.4rem}
.stat{display:grid;grid-template-columns:6.4rem 1fr;gap:.3rem .8rem;padding:.65rem 0;border-top:1px solid var(--line)}
.stat-name strong{display:block}
.stat-name span{display:block;font-size:.72rem;line-height:1.25;color:var(--muted)}
.chart{position:relative}
.line{display:grid;grid-template-columns:1fr 3.7rem 6.6rem;align-items:center;gap:.6rem;height:1.35rem}
.value{text-align:right;font-weight:650;font-size:.95rem}
.line.marcel .value{font-weight:500}
.spread{color:var(--muted);font-size:.8rem;white-space:nowrap;text-align:right}
.track em{position:absolute;top:-7px;bottom:-7px;width:2px;margin-left:-1px;background:var(--ink);opacity:.3}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1rem}
.scroll{overflow-x:auto;padding:1rem 1.1rem .7rem;margin-bottom:1rem}
.plain{font-size:.93rem}
.plain td,.plain th{padding:.36rem .55rem;border-top:1px solid var(--line)}
.plain td:first-child,.plain th:first-child{padding-left:0}
.plain thead th{border-top:0}
.plain:not(.scores) tbody th{line-height:1.3}
.scores td,.scores tbody th{white-space:nowrap}
.scores td strong{background:var(--track);border-radius:5px;padding:.1rem .35rem;margin-right:-.35rem}
.scores tbody th,.scores thead th:first-child{position:sticky;left:0;background:var(--sheet)}
figure{margin:0 0 1rem;padding:.9rem 1.1rem .4rem}
svg{width:100%;height:auto;display:block}
svg text{fill:var(--ink);font-size:11px}
svg .name{text-anchor:end}svg .axis{fill:var(--muted);font-size:10px}
svg .rule{stroke:var(--line)}svg .zero{stroke:var(--marcel);stroke-width:2}
svg .contextual{fill:var(--contextual)}svg .ensemble{fill:var(--ensemble)}
.foot{border-top:1px solid var(--line);margin-top:2rem;font-size:.86rem;color:var(--muted)}
.foot>div{padding-top:1.3rem;padding-bottom:2.4rem}
.foot dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.6rem 0 0}
.foot dd{margin:0;overflow-wrap:anywhere}
.foot .retrosheet{color:var(--ink);font-weight:600;max-width:80ch}
@media (max-width:640px){
body{font-size:15px}.top>div,main,.foot>div{padding-left:1rem;padding-right:1rem}
.card{padding:1.1rem 1rem .8rem}.stat{grid-template-columns:1fr;gap:.25rem}
.stat-name{display:flex;gap:.6rem;align-items:baseline}
.line{grid-template-columns:1fr 3.4rem 6.1rem;gap:.5rem}
.plain .wide{display:none}
.plain td,.plain th{padding:.36rem .35rem}.plain:not(.scores) .team{display:block}.plain thead th{white-space:normal}
.scroll{padding:.9rem .8rem .6rem}.facts{gap:.4rem 1.4rem}
.foot dl{grid-template-columns:1fr}.foot dt{font-weight:600;margin-top:.35rem}}
@media print{.search,nav{display:none}body{background:#fff}}
"""
