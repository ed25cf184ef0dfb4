import TestSupport
import Testing

/// A server that runs as long as a suite does.
struct RunningServer: SuiteTrait, TestScoping {
    @TaskLocal static var current: PostgresServer?

    let settings: [String]

    @concurrent func provideScope(
        for test: Test, testCase: Test.Case?,
        performing body: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let server = try PostgresServer(settings: settings)
        defer { server.stop() }
        try await Self.$current.withValue(server, operation: body)
    }
}
