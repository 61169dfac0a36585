variable "mayfly_site_root" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
}

locals {
  # What goes wrong stands outside, so that a test says what it is, and when it is over.
  plan    = "${dirname(var.mayfly_site_root)}/plan-fails"
  destroy = "${dirname(var.mayfly_site_root)}/destroy-fails"
}

resource "terraform_data" "guarded" {
  input = local.destroy

  lifecycle {
    precondition {
      condition     = !fileexists(local.plan)
      error_message = fileexists(local.plan) ? file(local.plan) : "Nothing is wrong."
    }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "if [ -e \"$FAILS\" ]; then cat \"$FAILS\" >&2; exit 1; fi"
    environment = { FAILS = self.input }
  }
}

output "password" {
  value     = var.password
  sensitive = true
}
