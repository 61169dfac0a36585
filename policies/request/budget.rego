# Whether the team's budget covers a request, by what the template used to cost.
package request

import data.lib.money

deny_budget contains finding if some finding in money.denials

approval_budget contains finding if some finding in money.approvals

warn_budget contains finding if some finding in money.warnings
