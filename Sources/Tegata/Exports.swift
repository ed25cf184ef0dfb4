// Whoever imports Tegata gets the keys and the refusals it speaks of; the rest of these modules is `package`.
@_exported public import TegataCrypto
@_exported public import TegataLog
@_exported public import TegataSDJWT
