variable "note" {
  type    = string
  default = "nothing"
}

variable "password" {
  type      = string
  sensitive = true
}

resource "terraform_data" "only" {
  input = var.note
}

output "note" {
  value = terraform_data.only.output
}

output "password" {
  value     = var.password
  sensitive = true
}
