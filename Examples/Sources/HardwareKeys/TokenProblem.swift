/// Why a token cannot be used. It names what was asked for and what to do, and never a PIN.
public struct TokenProblem: Error, CustomStringConvertible {
    /// What is wrong, and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
