variable "mayfly_tags" {
  type = map(string)
}

# A resource in the cloud of these tests: a file, whose name is its id and whose content its tags. A taken-in one
# knows nothing but its id, so that both find the cloud from the run's folder.
resource "terraform_data" "thing" {
  provisioner "local-exec" {
    command     = "cloud=\"$MAYFLY_WORK_DIR/../../../cloud\"; mkdir -p \"$cloud\"; printf '%s' \"$TAGS\" > \"$cloud/$ID\"; echo made >> \"$cloud/../trace\""
    environment = { ID = self.id, TAGS = jsonencode(var.mayfly_tags) }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "rm -f \"$MAYFLY_WORK_DIR/../../../cloud/$ID\" && echo gone >> \"$MAYFLY_WORK_DIR/../../../trace\""
    environment = { ID = self.id }
  }
}
