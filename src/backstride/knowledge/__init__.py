"""Knowledge: what a finding, a factor or a condition means, how likely, with source and grade. One YAML file a concept."""
