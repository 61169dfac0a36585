set -eu
# The name becomes a folder that is removed in the end: it must not lead anywhere else.
case "$ENVIRONMENT" in
  '' | [!a-z0-9]* | *[!a-z0-9-]*)
    echo "The environment's name has lower case letters, digits and dashes alone." >&2
    exit 1
    ;;
esac
case "$ROOT" in
  /?*) ;;
  *)
    echo "The folder of the sites is an absolute path." >&2
    exit 1
    ;;
esac
