"""The protocols that trainers' own clients speak: one module each, translation and nothing else."""

from fastapi import APIRouter
from pydantic import BaseModel

from reward_server.protocols import (
    judge0,
    judge0_about,
    labelled,
    nemo_gym,
    nemo_skills,
    open_instruct,
    open_r1,
    openrlhf,
    piston,
    reasoning_gym,
    roll,
    sandbox_fusion,
    slime,
)
from reward_server.protocols.sandbox_fusion import jupyter, run_code, submit

ROUTERS: tuple[APIRouter, ...] = (
    labelled.router,
    openrlhf.router,
    slime.router,
    *nemo_gym.ROUTERS,
    *sandbox_fusion.ROUTERS,
    roll.router,
    open_r1.router,
    piston.router,
    judge0.router,
    judge0_about.router,
    open_instruct.router,
    nemo_skills.router,
    reasoning_gym.router,
)
"""Every protocol's routes; docs/trainers.md has a section for each."""

BODIES: dict[str, type[BaseModel]] = {
    "/v1/score-labels": labelled.Labelled,
    "/get_reward": openrlhf.Rewards,
    "/slime": slime.Sample,
    "/run_code": run_code.RunCode,
    "/run_jupyter": jupyter.RunJupyter,
    "/submit": submit.Submit,
    "/get_prompts": submit.Prompts,
    "/get_prompt_by_id": submit.PromptById,
    "/roll/submit": roll.Task,
    "/roll/result": roll.Asked,
    "/execute_batch": open_r1.Scripts,
    "/api/v2/execute": piston.Execute,
    "/submissions": judge0.Submission,
    "/submissions/batch": judge0.Submissions,
    "/test_program": open_instruct.TestRequest,
    "/test_program_stdio": open_instruct.TestRequest,
    "/execute": nemo_skills.Execute,
    "/experiments/{name}/score": reasoning_gym.Answers,
}
"""What the routes take, for the OpenAPI document; NeMo Gym's rows are any object."""
