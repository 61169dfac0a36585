# input: web.json
# rego: v1
# namespace: main
package main

encryption(rc) := "unknown" if rc.change.after_unknown.encrypted == true

else := "on" if rc.change.after.encrypted == true

else := "off"

violation_volume contains {"msg": sprintf("%s: encryption is %s", [rc.address, state])} if {
	some rc in input.resource_changes
	rc.type in {"aws_ebs_volume", "aws_efs_file_system"}
	state := encryption(rc)
	state != "on"
}
