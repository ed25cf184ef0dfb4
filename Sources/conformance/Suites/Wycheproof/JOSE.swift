/// JSON Web Signature, Key and Encryption.
func jose(_ schema: String, _ group: Vector) -> WycheproofSupport {
    .unsupported("JOSE")
}
