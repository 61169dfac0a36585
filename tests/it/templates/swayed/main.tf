variable "mayfly_site_root" {
  type = string
}

locals {
  # What it should be stands outside, so that one version with one set of inputs has something to change.
  file   = "${dirname(var.mayfly_site_root)}/wanted"
  wanted = fileexists(local.file) ? trimspace(file(local.file)) : "as made"
}

resource "terraform_data" "kept" {
  input = local.wanted
}

resource "terraform_data" "sways" {
  triggers_replace = [local.wanted]
  depends_on       = [terraform_data.kept]

  provisioner "local-exec" {
    command = <<-EOT
      case "$WANTED" in
        refused) echo 'the quota is used up' >&2; exit 1 ;;
        slow*) echo begun >> "$TRACE"; sleep "$${WANTED#slow}"; echo ended >> "$TRACE" ;;
      esac
    EOT
    environment = {
      TRACE  = "${dirname(var.mayfly_site_root)}/trace"
      WANTED = local.wanted
    }
  }
}

output "wanted" {
  value = terraform_data.kept.output
}
