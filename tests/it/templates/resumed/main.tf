variable "seconds" {
  type    = number
  default = 0
}

variable "mayfly_site_root" {
  type = string
}

variable "mayfly_environment" {
  type = string
}

locals {
  trace = "${dirname(var.mayfly_site_root)}/trace"
}

# Made at once, and there when the second is interrupted.
resource "terraform_data" "first" {
  input = local.trace

  provisioner "local-exec" {
    command     = "echo first >> \"$TRACE\""
    environment = { TRACE = self.input }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "echo gone >> \"$TRACE\""
    environment = { TRACE = self.input }
  }
}

# Made when it has slept; interrupted before that it has made nothing.
resource "terraform_data" "second" {
  triggers_replace = terraform_data.first.id

  provisioner "local-exec" {
    command     = "echo begun >> \"$TRACE\"; sleep \"$SECONDS_TO_SLEEP\" && echo made >> \"$TRACE\""
    environment = { TRACE = local.trace, SECONDS_TO_SLEEP = var.seconds }
  }
}
