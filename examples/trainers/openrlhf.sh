#!/bin/sh
# OpenRLHF (0.11): the label column goes to the service as it is. Before 0.10 the flags have other
# names, --remote_rm_url for --reward.remote_url.
python -m openrlhf.cli.train_ppo_ray \
  --actor.model_name_or_path Qwen/Qwen2.5-0.5B-Instruct \
  --data.prompt_dataset train.jsonl --data.input_key problem --data.label_key answer \
  --data.apply_chat_template \
  --algo.advantage.estimator group_norm --rollout.n_samples_per_prompt 8 \
  --reward.remote_url http://127.0.0.1:8000/get_reward \
  "$@"
