variable "mayfly_site_root" {
  type = string
}

resource "terraform_data" "dump" {
  provisioner "local-exec" {
    command     = "env > \"$OUT/env\""
    environment = { OUT = dirname(var.mayfly_site_root) }
  }
}
