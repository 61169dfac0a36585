set -eu
mkdir -p -- "$SITE"
# The digest alone is stored beside the page.
digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }
sum=$(printf '%s' "$PASSWORD" | digest | cut -d ' ' -f 1)
printf '{"user":"preview","password_sha256":"%s"}' "$sum" > "$SITE/.mayfly-site.json.new"
mv -- "$SITE/.mayfly-site.json.new" "$SITE/.mayfly-site.json"
