# Whether the team's budget covers an extension, by what it adds.
package extend

import data.lib.money

deny_budget contains finding if some finding in money.denials

approval_budget contains finding if some finding in money.approvals

warn_budget contains finding if some finding in money.warnings
