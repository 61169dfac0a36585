variable "seconds" {
  type    = number
  default = 0
}

variable "fails" {
  type    = bool
  default = false
}

variable "mayfly_site_root" {
  type = string
}

variable "mayfly_environment" {
  type = string
}

locals {
  trace = "${dirname(var.mayfly_site_root)}/trace"
  # What goes wrong stands outside, so that a test says what it is, and when it is over.
  plan    = "${dirname(var.mayfly_site_root)}/plan-fails"
  destroy = "${dirname(var.mayfly_site_root)}/destroy-fails"
  changed = "${dirname(var.mayfly_site_root)}/changed"
}

# What is made, counted at its making and at its end.
resource "terraform_data" "counted" {
  input = {
    site  = "${var.mayfly_site_root}/${var.mayfly_environment}"
    trace = local.trace
    fails = local.destroy
    is    = fileexists(local.changed) ? file(local.changed) : "as it was"
  }

  lifecycle {
    precondition {
      condition     = !fileexists(local.plan)
      error_message = fileexists(local.plan) ? file(local.plan) : "Nothing is wrong."
    }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "if [ -e \"$FAILS\" ]; then cat \"$FAILS\" >&2; exit 1; fi; rm -rf -- \"$SITE\" && echo gone >> \"$TRACE\""
    environment = { SITE = self.input.site, TRACE = self.input.trace, FAILS = self.input.fails }
  }
}

resource "terraform_data" "site" {
  triggers_replace = terraform_data.counted.id

  provisioner "local-exec" {
    command     = "mkdir -p -- \"$SITE\"; echo made >> \"$TRACE\"; sleep \"$SECONDS_TO_SLEEP\"; ! $FAILS"
    environment = {
      SITE             = terraform_data.counted.input.site
      TRACE            = local.trace
      SECONDS_TO_SLEEP = var.seconds
      FAILS            = var.fails
    }
  }
}
