// The style sheet of the introspection pages: light or dark like the reader's system, readable on a phone.
// Loads nothing from elsewhere.
#pragma once

#include <string_view>

namespace actors::pages {

/// CSS for the <style> element of every page.
constexpr std::string_view style = R"css(
:root { color-scheme: light dark;
  --back: #fff; --text: #1b1f24; --dim: #5c6670; --line: #d9dee3; --bad: #b3261e; --bad-back: #fdecea; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root {
  --back: #15181c; --text: #e4e7ea; --dim: #9aa4ae; --line: #343a41; --bad: #ff8a80; --bad-back: #3a1d1d; --link: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem 1.5rem; max-width: 90rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
header p { margin: .25rem 0; color: var(--dim); } a { color: var(--link); }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; font-size: .85rem; color: var(--dim); white-space: nowrap; }
th, td { padding: .35rem .9rem .35rem .4rem; border-bottom: 1px solid var(--line); vertical-align: top; }
small, .quiet, footer { color: var(--dim); } small { font-size: .9rem; }
td time, td:first-child, td:nth-child(2) { white-space: nowrap; } td > div { overflow-wrap: anywhere; }
td time, td:nth-child(-n+2) > div { overflow-wrap: normal; } td:has(ul) { min-width: 22rem; } ul { margin: 0; padding-left: 1.1rem; }
tr.trouble { background: var(--bad-back); } tr.trouble small { color: inherit; }
.mark { color: var(--bad); text-transform: uppercase; font-size: .75rem; letter-spacing: .04em; }
.banner { background: var(--bad-back); border-left: 4px solid var(--bad); padding: .6rem .8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; }
dt { color: var(--dim); } dd { margin: 0; } footer { margin-top: 2rem; font-size: .85rem; }
@media (max-width: 45rem) {
  body { padding: .75rem; } thead { display: none; } table, tbody, tr, td { display: block; }
  tr { padding: .5rem .4rem; border-bottom: 1px solid var(--line); }
  td { display: grid; grid-template-columns: 6.5rem 1fr; gap: .5rem; padding: .1rem 0; border: 0; white-space: normal; }
  td:nth-child(-n+2), td:nth-child(-n+2) > div { white-space: normal; overflow-wrap: anywhere; } td:has(ul) { min-width: 0; } td:has(> div:empty) { display: none; }
  td::before { content: attr(data-column); color: var(--dim); font-size: .85rem; }
}
)css";

} // namespace actors::pages
