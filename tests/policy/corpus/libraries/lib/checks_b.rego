package lib.checks

open_to_all contains address if {
	some address, found in blocks
	some block in found
	world in block.cidr_blocks
}
