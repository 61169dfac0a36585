# input: web.json
# rego: v1
# namespace: main
package main

zone_of[rc.address] := zone if {
	some rc in input.resource_changes
	zone := rc.change.after.availability_zone
	is_string(zone)
}

deny contains msg if {
	some address, zone in zone_of
	region := regex.replace(zone, "[a-z]$", "")
	not startswith(region, "eu-")
	msg := sprintf("%s would be in %s, outside of the union", [address, region])
}
