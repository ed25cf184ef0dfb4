#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The process itself.
enum Process {
    /// Runs `work`, and ends the process when it has ended.
    static func wait(for work: sending @escaping @isolated(any) () async throws -> Void) -> Never {
        Task.detached {
            do {
                try await work()
                exit(0)
            } catch {
                print("failed: \(error)")
                exit(1)
            }
        }
        while true { pause() }
    }
}
