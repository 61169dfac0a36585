variable "mayfly_run_dir" {
  type = string
}

resource "terraform_data" "dump" {
  provisioner "local-exec" {
    command     = "env > \"$OUT/env\""
    environment = { OUT = var.mayfly_run_dir }
  }
}
