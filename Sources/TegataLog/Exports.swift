@_exported public import TegataCrypto
