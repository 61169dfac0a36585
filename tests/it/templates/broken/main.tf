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

resource "terraform_data" "refuses" {
  input = terraform_data.made.id

  provisioner "local-exec" {
    command = "echo 'the quota is used up'; exit 3"
  }
}
