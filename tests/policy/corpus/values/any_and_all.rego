# input: web.json
# rego: v0
# namespace: main
# needs: any all
package main

deny["some are open"] {
  any([x | x := input.resource_changes[_].change.after.publicly_accessible])
}

deny["all are encrypted"] {
  all([x | x := input.resource_changes[_].change.after.storage_encrypted])
}
