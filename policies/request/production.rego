# What looks like production is approved by somebody: data.approval.production.
package request

import data.lib.form

approval_production contains finding if some finding in form.approvals
