locals {
  seconds = 3600
}

variable "mayfly_site_root" {
  type = string
}

variable "mayfly_environment" {
  type = string
}

resource "terraform_data" "made" {
  input = "${var.mayfly_site_root}/${var.mayfly_environment}"

  provisioner "local-exec" {
    command     = "mkdir -p -- \"$MADE\""
    environment = { MADE = self.input }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "rmdir -- \"$MADE\""
    environment = { MADE = self.input }
  }
}

resource "terraform_data" "waits" {
  input = terraform_data.made.id

  provisioner "local-exec" {
    command = "echo begun >> \"$TRACE\"; sleep \"$SECONDS_TO_SLEEP\"; echo ended >> \"$TRACE\""
    environment = {
      TRACE            = "${dirname(var.mayfly_site_root)}/trace"
      SECONDS_TO_SLEEP = local.seconds
    }
  }
}
