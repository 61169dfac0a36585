package lib.parts

quiet if count(second) == 0

first contains sprintf("%s!", [address]) if {
	not quiet
	some address in second
}
