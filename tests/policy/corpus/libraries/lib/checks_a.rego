package lib.checks

world := "0.0.0.0/0"

blocks[address] contains block if {
	some rc in input.resource_changes
	address := rc.address
	some block in rc.change.after.ingress
}
