# input: trio.json
# rego: v1
# namespace: main
package main

violation contains {"msg": "backups are kept for no day", "details": {"days": days, "resource": rc.address}} if {
	some rc in input.resource_changes
	days := rc.change.after.backup_retention_period
	days < 7
}
