terraform {
  required_version = ">= 1.4"
}

locals {
  folder = "${var.mayfly_site_root}/${var.mayfly_environment}"
  accent = {
    teal   = "#0f766e"
    indigo = "#4338ca"
    coral  = "#c2410c"
    amber  = "#a16207"
    slate  = "#334155"
  }[var.colour]

  # Ampersands first, or the other entities would be escaped once more.
  escaped = {
    for name, text in { title = var.title, branch = var.branch } :
    name => replace(replace(replace(replace(replace(text,
    "&", "&amp;"), "<", "&lt;"), ">", "&gt;"), "\"", "&quot;"), "'", "&#39;")
  }

  page = templatefile("${path.module}/index.html.tftpl", {
    title       = local.escaped.title
    branch      = local.escaped.branch
    colour      = var.colour
    environment = var.mayfly_environment
    accent      = local.accent
  })
}

# The site's folder. It is made first and therefore destroyed last, and it has no provisioner that could
# fail while creating: a tainted resource would skip the one that removes the folder. Destroying sees
# nothing but `self`, so that the path is stored here.
resource "terraform_data" "folder" {
  input            = { path = local.folder }
  triggers_replace = local.folder

  provisioner "local-exec" {
    when        = destroy
    command     = "rm -rf -- \"$${SITE:?}\""
    environment = { SITE = self.input.path }
  }
}

# Who may open the site: the server reads this file and never serves it. It is there before the page is.
resource "terraform_data" "lock" {
  triggers_replace = [terraform_data.folder.id, sha256(var.password)]

  provisioner "local-exec" {
    command = <<-SHELL
      set -eu
      mkdir -p -- "$SITE"
      printf '%s' "$CONTENT" > "$SITE/.mayfly-site.json.new"
      mv -- "$SITE/.mayfly-site.json.new" "$SITE/.mayfly-site.json"
    SHELL
    environment = {
      SITE = terraform_data.folder.input.path
      CONTENT = jsonencode({
        user            = "preview"
        password_sha256 = sha256(var.password)
      })
    }
  }
}

resource "terraform_data" "page" {
  triggers_replace = [terraform_data.lock.id, sha256(local.page)]

  provisioner "local-exec" {
    command = <<-SHELL
      set -eu
      printf '%s' "$CONTENT" > "$SITE/index.html.new"
      mv -- "$SITE/index.html.new" "$SITE/index.html"
    SHELL
    environment = {
      SITE    = terraform_data.folder.input.path
      CONTENT = local.page
    }
  }
}
