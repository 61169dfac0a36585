set -eu
# Ampersands first, or the other entities would be escaped once more.
escaped() {
  printf '%s' "$1" | LC_ALL=C sed \
    -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g' -e "s/'/\&#39;/g"
}
title=$(escaped "$TITLE")
branch=$(escaped "$BRANCH")
colour=$(escaped "$COLOUR")
environment=$(escaped "$ENVIRONMENT")
case "$COLOUR" in
  teal) accent='#0f766e' ;;
  indigo) accent='#4338ca' ;;
  coral) accent='#c2410c' ;;
  amber) accent='#a16207' ;;
  slate) accent='#334155' ;;
  *) echo "The colour is one of teal, indigo, coral, amber and slate." >&2; exit 1 ;;
esac
# What a variable holds is not expanded once more: the page shows what was typed.
cat > "$SITE/index.html.new" <<HTML
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title} · ${environment}</title>
<style>
  :root { --accent: ${accent}; --ink: #1c1917; --quiet: #57534e; --line: #e7e5e4; --paper: #fafaf9; --card: #fff }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #f5f5f4; --quiet: #a8a29e; --line: #44403c; --paper: #1c1917; --card: #292524 }
  }
  * { box-sizing: border-box }
  body {
    margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
    background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  }
  main {
    width: min(38rem, 100%); overflow: hidden; background: var(--card);
    border: 1px solid var(--line); border-radius: 14px; box-shadow: 0 12px 32px rgb(0 0 0 / .08);
  }
  header { padding: 2rem; background: var(--accent); color: #fff }
  header p { margin: 0 0 .5rem; font-size: .875rem; opacity: .9 }
  h1 { margin: 0; font-size: clamp(1.5rem, 5vw, 2.25rem); line-height: 1.2; overflow-wrap: anywhere }
  dl { margin: 0; padding: .75rem 2rem }
  dl div { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: .75rem 0; border-bottom: 1px solid var(--line) }
  dl div:last-child { border: 0 }
  dt { flex: 0 0 8rem; color: var(--quiet) }
  dd { flex: 1; min-width: 12rem; margin: 0; overflow-wrap: anywhere }
  code { font: .9375rem/1.5 ui-monospace, SFMono-Regular, Menlo, monospace }
  .dot { display: inline-block; width: .75rem; height: .75rem; margin-right: .5rem; border-radius: 50%; background: var(--accent) }
</style>
</head>
<body>
<main>
  <header>
    <p>Preview environment</p>
    <h1>${title}</h1>
  </header>
  <dl>
    <div><dt>Branch</dt><dd><code>${branch}</code></dd></div>
    <div><dt>Environment</dt><dd><code>${environment}</code></dd></div>
    <div><dt>Colour</dt><dd><span class="dot"></span>${colour}</dd></div>
  </dl>
</main>
</body>
</html>
HTML
mv -- "$SITE/index.html.new" "$SITE/index.html"
