package lib.old

is_create(change) {
  change.change.actions[_] == "create"
}

message(id, address) = m {
  m := sprintf("%s: %s", [id, address])
}
