# What looks like production is approved by somebody: data.approval.production.
package update

import data.lib.form

approval_production contains finding if some finding in form.approvals
