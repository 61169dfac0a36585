# input: web.json
# rego: v0
# namespace: main
package main

import future.keywords.in

deny["something else than a creation"] {
  some rc in input.resource_changes
  rc.change.actions != ["create"]
}
