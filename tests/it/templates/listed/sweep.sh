# Lists the cloud of these tests, which is beside the folder that this template is laid out in.
set -eu
if [ -e ../../cloud-is-down ]; then
  echo "the cloud is down, and $AWS_SECRET_ACCESS_KEY is no secret to it" >&2
  exit 1
fi
for file in ../../cloud/*; do
  [ -f "$file" ] || continue
  id=$(basename "$file")
  printf '{"id":"cloud/%s","kind":"terraform_data","adopt":"%s","tags":%s}\n' "$id" "$id" "$(cat "$file")"
done
