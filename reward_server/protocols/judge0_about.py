"""What a Judge0 says of itself, to its SDK among others: languages, statuses, version, limits."""

from fastapi import Request, Response

from reward_server.protocols.dialect import answer, speaking
from reward_server.protocols.programs import PROCESSES
from verifiers.code.options import MAX_MEMORY_MB, MAX_OUTPUT_KB, MAX_TIME_S

router = speaking("judge0")

VERSION = "1.13.1"
"""Of Judge0 CE, whose API and language numbers these are."""

STATUSES = {
    1: "In Queue",
    2: "Processing",
    3: "Accepted",
    4: "Wrong Answer",
    5: "Time Limit Exceeded",
    6: "Compilation Error",
    7: "Runtime Error (SIGSEGV)",
    8: "Runtime Error (SIGXFSZ)",
    9: "Runtime Error (SIGFPE)",
    10: "Runtime Error (SIGABRT)",
    11: "Runtime Error (NZEC)",
    12: "Runtime Error (Other)",
    13: "Internal Error",
    14: "Exec Format Error",
}
LANGUAGE_IDS = {
    46: "bash",
    **dict.fromkeys((48, 49, 50, 75, 103, 104, 110), "c"),
    **dict.fromkeys((51,), "csharp"),
    **dict.fromkeys((52, 53, 54, 76, 105), "cpp"),
    **dict.fromkeys((60, 95, 106, 107), "go"),
    61: "haskell",
    **dict.fromkeys((62, 91), "java"),
    **dict.fromkeys((63, 93, 97, 102), "javascript"),
    64: "lua",
    **dict.fromkeys((68, 98), "php"),
    **dict.fromkeys((71, 92, 100, 109, 113), "python"),
    72: "ruby",
    **dict.fromkeys((73, 108), "rust"),
    **dict.fromkeys((74, 94, 101), "typescript"),
    **dict.fromkeys((78, 111), "kotlin"),
    **dict.fromkeys((80, 99), "r"),
    **dict.fromkeys((81, 112), "scala"),
    83: "swift",
    85: "perl",
}
"""Its numbers of languages, in all its versions; the versions of languages are ours."""

LIMITS = {
    "cpu_time_limit": 5.0,
    "max_cpu_time_limit": MAX_TIME_S,
    "cpu_extra_time": 0.0,
    "max_cpu_extra_time": 0.0,
    "wall_time_limit": 10 * 5.0 + 10,
    "max_wall_time_limit": 10 * MAX_TIME_S + 10,
    "memory_limit": 1 << 20,
    "max_memory_limit": MAX_MEMORY_MB << 10,
    "stack_limit": 256 << 10,
    "max_stack_limit": 256 << 10,
    "max_file_size": MAX_OUTPUT_KB,
    "max_max_file_size": MAX_OUTPUT_KB,
    "max_processes_and_or_threads": PROCESSES,
    "max_max_processes_and_or_threads": PROCESSES,
    "number_of_runs": 1,
    "max_number_of_runs": 1,
    "max_extract_size": 0,
    "submission_cache_duration": 0.0,
    "callbacks_max_tries": 0,
    "callbacks_timeout": 0.0,
    "allowed_languages_for_compile_options": [],
    "enable_wait_result": True,
    "enable_batched_submissions": True,
    "maintenance_mode": False,
    "use_docs_as_homepage": False,
    "redirect_stderr_to_stdout": False,
    **dict.fromkeys(
        (
            "enable_additional_files",
            "enable_callbacks",
            "enable_command_line_arguments",
            "enable_compiler_options",
            "enable_network",
            "enable_per_process_and_thread_memory_limit",
            "enable_per_process_and_thread_time_limit",
            "enable_submission_delete",
            "allow_enable_network",
            "allow_enable_per_process_and_thread_memory_limit",
            "allow_enable_per_process_and_thread_time_limit",
        ),
        False,
    ),
}
"""`/config_info`: seconds, KiB, and what is offered."""


@router.get("/languages")
@router.get("/languages/", include_in_schema=False)
async def languages(request: Request) -> Response:
    """The numbers of the languages that are here."""
    here = await request.app.state.service.sandbox.languages()
    ids = LANGUAGE_IDS.items()
    return answer(
        [
            {"id": number, "name": f"{name} ({here[name]['version']})"}
            for number, name in ids
            if name in here and here[name]["available"]
        ]
    )


@router.get("/statuses")
async def statuses() -> Response:
    """The numbers of the statuses."""
    return answer([{"id": number, "description": words} for number, words in STATUSES.items()])


@router.get("/languages/{number}")
async def language(request: Request, number: int) -> Response:
    """One of them."""
    here = await request.app.state.service.sandbox.languages()
    name = LANGUAGE_IDS.get(number, "")
    if not here.get(name, {}).get("available"):
        return answer({"error": "there is no such language here"}, 404)
    return answer({"id": number, "name": f"{name} ({here[name]['version']})"})


@router.get("/about")
async def about() -> Response:
    """Which version's API this is."""
    return answer({"version": VERSION})


@router.get("/config_info")
async def config_info(request: Request) -> Response:
    """Limits, and what of Judge0 is offered."""
    settings = request.app.state.service.settings
    sizes = {"max_queue_size": settings.max_queue, "max_submission_batch_size": settings.max_items}
    return answer({**LIMITS, **sizes})
