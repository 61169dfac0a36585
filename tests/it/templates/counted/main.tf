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
}

# What is made, counted at its making and at its end.
resource "terraform_data" "counted" {
  input = { site = "${var.mayfly_site_root}/${var.mayfly_environment}", trace = local.trace }

  provisioner "local-exec" {
    when        = destroy
    command     = "rm -rf -- \"$SITE\" && echo gone >> \"$TRACE\""
    environment = { SITE = self.input.site, TRACE = self.input.trace }
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
