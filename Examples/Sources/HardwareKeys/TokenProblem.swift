/// Why a token cannot be used. It names what was asked for and what to do, and never a PIN.
public struct TokenProblem: Error, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String

    /// Whether token and PIN are right, and there is no such key.
    let isKeyMissing: Bool

    init(_ description: String, isKeyMissing: Bool = false) {
        self.description = description
        self.isKeyMissing = isKeyMissing
    }
}
