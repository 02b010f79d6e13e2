"""What the real SandboxFusion SDK sees of the server; runs in the SDK's own environment.

usage: fusion.py URL    prints one JSON object
"""

import asyncio
import base64
import json
import sys

from sandbox_fusion import (
    GetPromptByIdRequest,
    GetPromptsRequest,
    RunCodeRequest,
    RunJupyterRequest,
    SubmitRequest,
    SummaryMapping,
    TestConfig,
    get_prompt_by_id,
    get_prompts,
    run_code,
    run_code_async,
    run_concurrent,
    run_jupyter,
    set_endpoint,
    submit,
    summary_run_code_result,
)

PROGRAMS = {
    "python": "print('hello')",
    "cpp": '#include <iostream>\nint main() { std::cout << "hello\\n"; }',
    "nodejs": "console.log('hello')",
    "go": 'package main\nimport "fmt"\nfunc main() { fmt.Println("hello") }',
    "java": "public class Main { public static void main(String[] a) "
    '{ System.out.println("hello"); } }',
    "bash": "echo hello",
    "rust": 'fn main() { println!("hello"); }',
    "ruby": "puts 'hello'",
    "perl": 'print "hello\\n";',
    "php": '<?php echo "hello\\n";',
    "lua": "print('hello')",
    "typescript": "const s: string = 'hello'; console.log(s)",
    "R": "cat('hello\\n')",
}
MAPPING = SummaryMapping(
    Success="success", Failed="failed", RunTimeout="late", RunFailed="crash", CompileFailed="broken"
)


def run(code, language="python", **fields):
    request = RunCodeRequest(code=code, language=language, **fields)
    return run_code(request, max_attempts=1, client_timeout=60)


def problem(want):
    data = {"id": 1, "content": "", "test": [{"input": {"stdin": "3"}, "output": {"stdout": want}}]}
    config = TestConfig(
        dataset_type="CommonOJDataset", language="python", provided_data=data, run_timeout=5
    )
    completion = "```python\nprint(int(input()) ** 2)\n```"
    return SubmitRequest(dataset="code_contests", id=1, completion=completion, config=config)


def main(url, languages):
    set_endpoint(url)
    at_once = run_concurrent(run, args=[[f"print({n})"] for n in range(128)], concurrency=128)
    megabyte = run("print('x' * (1 << 20))").run_result.stdout
    return {
        "languages": {name: run(PROGRAMS[name], name).run_result.stdout for name in languages},
        "concurrent": [int(result.run_result.stdout) for result in at_once],
        "megabyte": len(megabyte),
        "asynchronous": asyncio.run(many()),
        "files": files(),
        "jupyter": notebook(),
        "prompts": prompts(),
        "summaries": [
            summary_run_code_result(run(code, run_timeout=1), MAPPING)
            for code in ("print(1)", "1/0", "while True: pass", "import sys; sys.exit(0)")
        ],
        "submits": [submit(problem(want), max_attempts=1).accepted for want in ("9", "8")],
    }


def files():
    code = "open('out.txt', 'w').write(open('in/a.txt').read().upper())"
    given = {"in/a.txt": base64.b64encode(b"hi").decode()}
    fetched = run(code, files=given, fetch_files=["out.txt"]).files
    return {name: base64.b64decode(data).decode() for name, data in fetched.items()}


def notebook():
    cells = ["a = 41", "a + 1", "print(a)", "1 / 0", "a"]
    result = run_jupyter(RunJupyterRequest(cells=cells), max_attempts=1)
    shown = [[c.stdout, [d["text/plain"] for d in c.display]] for c in result.cells]
    return [result.status, shown, [e["ename"] for c in result.cells for e in c.error]]


def prompts():
    rows = [{"id": 0, "content": "first", "labels": "{}"}, {"id": 1, "content": "second"}]
    config = TestConfig(dataset_type="AutoEvalDataset", provided_data=rows)
    found = [p.prompt for p in get_prompts(GetPromptsRequest(dataset="x", config=config))]
    one = get_prompt_by_id(GetPromptByIdRequest(dataset="x", config=config, id=1))
    return [*found, one.prompt]


async def many():
    requests = [RunCodeRequest(code=f"print({n})", language="python") for n in range(16)]
    results = await asyncio.gather(*(run_code_async(request) for request in requests))
    return [int(result.run_result.stdout) for result in results]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2:])))  # noqa: T201
