resource "terraform_data" "only" {
  input = "stored"
}

output "note" {
  value = terraform_data.only.output
}
