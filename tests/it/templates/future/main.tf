resource "terraform_data" "only" {}
